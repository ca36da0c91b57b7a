"""What every page stands in: blueprint, layout, policy, guard, links, paging, forms."""
