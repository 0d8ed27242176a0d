"""One thin file for each subcommand, and the options that they share."""
