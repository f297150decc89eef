"""Amazon Web Services: one inventory per account, collected once; checks judge it without calling anything."""
