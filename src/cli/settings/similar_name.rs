//! Finds the setting whose name is most similar to a name that is not a setting.

/// A longer name is similar to no setting. The time of a comparison is proportional to the length. In bytes.
const MAX_COMPARED: usize = 64;
/// Minimum length of the start of a name, such as `temp` for `temperature`. In bytes.
const MIN_START: usize = 3;

/// The distance between a name that is not a setting and the name of a setting; `None` if they are not similar.
pub(super) fn distance(given: &str, known: &str) -> Option<usize> {
    if given.len() > MAX_COMPARED {
        return None;
    }
    let distance = strsim::osa_distance(given, known);
    let is_start = given.len() >= MIN_START && known.starts_with(given);
    (distance * 3 <= known.len() || is_start).then_some(distance)
}

/// The name in `known` that is most similar to `given`.
pub(super) fn most_similar<'n>(given: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let near = |name: &'n str| distance(given, name).map(|distance| (distance, name));
    known.filter_map(near).min().map(|(_, name)| name)
}
