//! The functions of the language, under their Terraform names.
