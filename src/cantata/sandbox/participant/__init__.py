"""The participant: state and services of the embedded ledger, without HTTP and sockets."""
