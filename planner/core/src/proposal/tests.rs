//! Stories on the memory provider would need its catalog; these use the small world of synthesis.
