//! What the mechanism leaves open: how long a run takes within its limit, and whether it fails.

use super::Minute;

/// Decides what is left open.
#[derive(Clone, Debug)]
pub(super) enum Chance {
    /// Repeats a pattern of the longest and no time at all: the lowest so many bits.
    Pattern { bits: u32, length: u32, next: u32 },
    /// Draws, half of the times one of the two ends.
    Drawn(u64),
}

impl Chance {
    pub(super) const fn pattern(bits: u32, length: u32) -> Self {
        Self::Pattern {
            bits,
            length,
            next: 0,
        }
    }

    /// Returns a time of at most `most`.
    pub(super) fn up_to(&mut self, most: Minute) -> Minute {
        match self {
            Self::Pattern { .. } => most * Minute::from(self.yes()),
            Self::Drawn(_) => match self.below(4) {
                0 => 0,
                1 => most,
                _ => Minute::try_from(self.below(u64::try_from(most).unwrap() + 1)).unwrap(),
            },
        }
    }

    pub(super) fn yes(&mut self) -> bool {
        match self {
            Self::Pattern { bits, length, next } => {
                let bit = *bits >> *next & 1;
                *next = (*next + 1) % *length;
                bit == 1
            }
            Self::Drawn(_) => self.below(2) == 1,
        }
    }

    /// Returns a number below `end` (SplitMix64); a pattern has only two.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        match self {
            Self::Pattern { .. } => u64::from(self.yes()).min(end - 1),
            Self::Drawn(state) => {
                *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
                let mut z = *state;
                z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                (z ^ (z >> 31)) % end
            }
        }
    }

    pub(super) fn one_of<T: Copy>(&mut self, these: &[T]) -> T {
        let index = self.below(these.len() as u64);
        these[usize::try_from(index).unwrap()]
    }
}
