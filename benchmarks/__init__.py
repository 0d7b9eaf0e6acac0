"""What Savepoint costs, as ratios against a floor that is measured in the same run.

Absolute figures depend on the machine and on who else uses it; ratios carry over.
"""
