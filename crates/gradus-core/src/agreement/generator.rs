//! Seeded random numbers, the same on every machine and in every version.
//!
//! Takes a seed, and gives 64-bit words, integers below a bound, and the row counts of a resample.

/// `SplitMix64` (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): a counter whose value
/// is mixed. Every seed is good, including 0. Not for secrets.
#[derive(Debug, Clone)]
pub(super) struct Generator {
    state: u64,
}

impl Generator {
    /// A generator that gives the same numbers for the same seed.
    pub(super) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 random bits.
    pub(super) fn word(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// An integer from 0 to `bound` - 1, all equally likely; 0 if `bound` is 0.
    ///
    /// Lemire, "Fast random integer generation in an interval", 2019: the upper half of a product is the number. It
    /// is drawn again in the rare case that the lower half would favour some numbers.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        let mut product = u128::from(self.word()) * u128::from(bound);
        if (product as u64) < bound {
            let least = bound.wrapping_neg() % bound;
            while (product as u64) < least {
                product = u128::from(self.word()) * u128::from(bound);
            }
        }
        (product >> 64) as u64
    }

    /// Draws `counts.len()` rows with replacement, and writes to `counts` how often each row was drawn.
    pub(super) fn resample(&mut self, counts: &mut [u32]) {
        counts.fill(0);
        for _ in 0..counts.len() {
            let row = self.below(counts.len() as u64) as usize;
            counts[row] += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_published_generator() {
        // Rosetta Code, "Pseudo-random numbers/Splitmix64", seed 1234567.
        let mut generator = Generator::new(1_234_567);
        let published = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!(published.map(|_| generator.word()), published);
    }

    #[test]
    fn numbers_below_a_bound_are_equally_frequent() {
        let mut generator = Generator::new(7);
        let mut counts = [0_u32; 6];
        for _ in 0..60_000 {
            let number = generator.below(6) as usize;
            counts[number] += 1;
        }
        // 10,000 expected, standard deviation 91.
        assert!(counts.iter().all(|count| count.abs_diff(10_000) < 500), "{counts:?}");
    }

    #[test]
    fn numbers_are_equally_frequent_for_a_bound_that_is_not_a_power_of_two() {
        // A bound of three quarters of all words: without drawing again, every third number would be twice as
        // frequent as the two after it.
        let bound = 3 << 62;
        let mut generator = Generator::new(11);
        let mut residues = [0_u32; 3];
        for _ in 0..30_000 {
            let residue = (generator.below(bound) % 3) as usize;
            residues[residue] += 1;
        }
        // 10,000 expected, standard deviation 82.
        assert!(residues.iter().all(|count| count.abs_diff(10_000) < 450), "{residues:?}");
    }

    #[test]
    fn bounds_of_zero_and_one_give_zero() {
        let mut generator = Generator::new(3);
        assert_eq!([0, 1].map(|bound| generator.below(bound)), [0, 0]);
    }

    #[test]
    fn a_resample_draws_as_many_rows_as_there_are() {
        let mut generator = Generator::new(5);
        let mut counts = vec![9; 1_000];
        generator.resample(&mut counts);
        assert_eq!(counts.iter().sum::<u32>(), 1_000);
        // A row is left out with probability (1 - 1/1000)^1000 = 0.3677.
        let left_out = counts.iter().filter(|count| **count == 0).count();
        assert!((320..=415).contains(&left_out), "{left_out}");
        generator.resample(&mut []);
    }
}
