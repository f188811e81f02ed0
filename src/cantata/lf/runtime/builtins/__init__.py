"""The built-in functions of Daml-LF, by the names of the specification."""
