"""Words of the command line that have several words below them, one file each."""
