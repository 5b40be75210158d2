//! What crosses threads: types only.
