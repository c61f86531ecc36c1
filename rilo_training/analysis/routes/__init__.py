"""Routes and networks: flows, combinations, displaced routes, hubs, indicators."""
