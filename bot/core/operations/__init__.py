"""Operations: every unit of work as a recorded state machine, one machine per file."""
