"""What is decided at the door, apart from the door: `claims` reads what an identity provider says
of somebody, `strength` judges passwords. Pure; the pages and the hub's side are `hub.login`."""
