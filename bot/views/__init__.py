"""What people see. Pure: state in, Block Kit out."""
