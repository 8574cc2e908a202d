//! crisis.
