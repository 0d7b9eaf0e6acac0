"""Graphs as Savepoint reads them: typed values, fingerprints, differences."""
