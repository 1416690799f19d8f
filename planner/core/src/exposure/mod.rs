//! Derives what a target would lose in each failure scope.
