//! Compiles a configuration into the desired state.
