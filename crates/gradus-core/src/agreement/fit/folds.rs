//! Folds for cross-validation: the rows that are held out together.
//!
//! Takes the group (question) of each row and gives its fold. Rows of one group always share a fold.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// Divides groups into at most `folds` folds of nearly even size, and gives the fold of each row.
///
/// Groups are taken by size, the largest first, and groups of equal size by name. Each group goes into the smallest
/// fold so far, of equal folds the one with the lowest number. Folds are counted from 0, and no fold is empty: there
/// are as many as requested, or as groups if those are fewer. 0 folds count as 1. A row's fold depends only on its
/// group and the sizes of all groups. No rows give no folds.
///
/// The sizes are not always as even as possible, because a group never moves again. Two folds never differ by more rows
/// than the largest group has.
pub fn by_group<S: AsRef<str>>(groups: &[S], folds: usize) -> Vec<usize> {
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for group in groups {
        *sizes.entry(group.as_ref()).or_default() += 1;
    }
    let fold_of = deal(&sizes, folds);
    groups.iter().map(|group| fold_of.get(group.as_ref()).copied().unwrap_or_default()).collect()
}

/// The fold of each group, from the sizes of all groups.
fn deal<'a>(sizes: &BTreeMap<&'a str, usize>, folds: usize) -> BTreeMap<&'a str, usize> {
    let mut largest_first: Vec<(&str, usize)> = sizes.iter().map(|(&group, &size)| (group, size)).collect();
    largest_first.sort_by_key(|&(group, size)| (Reverse(size), group));
    let folds = folds.clamp(1, sizes.len().max(1));
    let mut smallest: BinaryHeap<Reverse<(usize, usize)>> = (0..folds).map(|fold| Reverse((0, fold))).collect();
    let mut fold_of = BTreeMap::new();
    for (group, size) in largest_first {
        let Some(mut top) = smallest.peek_mut() else { break };
        let Reverse((filled, fold)) = &mut *top;
        *filled += size;
        fold_of.insert(group, *fold);
    }
    fold_of
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names `a`, `b`, ... each repeated by its size.
    fn groups(sizes: &[usize]) -> Vec<String> {
        let names = ('a'..='z').map(String::from);
        names.zip(sizes).flat_map(|(name, &size)| std::iter::repeat_n(name, size)).collect()
    }

    fn fold_sizes(folds: &[usize]) -> Vec<usize> {
        let mut sizes = BTreeMap::new();
        for fold in folds {
            *sizes.entry(fold).or_insert(0) += 1;
        }
        sizes.into_values().collect()
    }

    #[test]
    fn folds_are_even_where_groups_allow() {
        // 5, 4, 3 open the folds; 3 goes to the third (6), 2 to the second (6), 1 to the first (6).
        let rows = groups(&[5, 4, 3, 3, 2, 1]);
        let folds = by_group(&rows, 3);
        assert_eq!(fold_sizes(&folds), [6, 6, 6]);
        let of = |name: &str| rows.iter().position(|row| row == name).and_then(|at| folds.get(at)).copied();
        assert_eq!(["a", "b", "c", "d", "e", "f"].map(of), [0, 1, 2, 2, 1, 0].map(Some));
    }

    #[test]
    fn the_worst_case_of_graham_is_divided_like_largest_first_scheduling() {
        // R. L. Graham, "Bounds on multiprocessing timing anomalies", 1969: for three machines and jobs
        // 5 5 4 4 3 3 3 longest-first gives 11, where 9 were possible.
        let mut sizes = fold_sizes(&by_group(&groups(&[5, 5, 4, 4, 3, 3, 3]), 3));
        sizes.sort_unstable();
        assert_eq!(sizes, [8, 8, 11]);
    }

    #[test]
    fn no_group_is_split_and_folds_differ_by_one_group_at_most() {
        for count in 1..26_usize {
            for folds in 1..8 {
                let sizes: Vec<usize> = (1..=count).map(|at| at * at * 7 % 31 + 1).collect();
                let rows = groups(&sizes);
                let dealt = by_group(&rows, folds);
                let mut fold_of = BTreeMap::new();
                assert!(rows.iter().zip(&dealt).all(|(group, fold)| fold_of.entry(group).or_insert(fold) == &fold));
                let filled = fold_sizes(&dealt);
                assert_eq!(filled.len(), folds.min(count));
                assert_eq!(dealt.iter().max(), Some(&(filled.len() - 1)));
                let spread = filled.iter().max().zip(filled.iter().min()).map(|(most, least)| most - least);
                assert!(filled.len() == 1 || spread <= sizes.iter().max().copied());
            }
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter() {
        let rows = groups(&[3, 1, 4, 1, 5, 2, 2]);
        let by_name =
            |rows: &[String]| -> BTreeMap<String, usize> { rows.iter().cloned().zip(by_group(rows, 3)).collect() };
        let expected = by_name(&rows);
        let mut other = rows.clone();
        other.reverse();
        assert_eq!(by_name(&other), expected);
        other.rotate_left(7);
        other.swap(0, 9);
        assert_eq!(by_name(&other), expected);
    }

    #[test]
    fn groups_of_equal_size_are_taken_by_name_and_go_to_the_lowest_fold() {
        assert_eq!(by_group(&["d", "b", "a", "c"], 2), [1, 1, 0, 0]);
    }

    #[test]
    fn one_group_or_one_fold_is_fold_zero() {
        assert_eq!(by_group(&["a", "a", "a"], 5), [0, 0, 0]);
        assert_eq!(by_group(&["a", "b"], 1), [0, 0]);
        assert_eq!(by_group(&["a", "b"], 0), [0, 0]);
    }

    #[test]
    fn more_folds_than_groups_give_each_group_its_own() {
        assert_eq!(by_group(&["b", "a", "b"], usize::MAX), [0, 1, 0]);
        assert_eq!(by_group::<&str>(&[], 3), [0_usize; 0]);
    }
}
