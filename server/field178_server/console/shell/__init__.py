"""Frame of every page: blueprint, layout, policy, guard, links, paging, forms."""
