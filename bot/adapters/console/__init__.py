"""The console's import of backup files, and the cloud storage that it hands out links to."""
