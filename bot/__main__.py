"""The command line."""


def main() -> None:
    """Run the command line."""
    raise SystemExit("the commands arrive with the composition root")


if __name__ == "__main__":
    main()
