//! Grades a finished plan, apart from the planner that made it.
