"""The network's stable packages: types that every package may rely on, whatever the release."""
