"""The checker: proves that packages, their upgrades and archives keep every rule of Daml-LF."""
