"""The contract language: what contract modules import, and its compiler to Daml-LF."""
