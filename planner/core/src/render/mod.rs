//! Shows plans, exposure, drift and status; each format a view of one value.
