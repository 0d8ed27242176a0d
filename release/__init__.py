"""What makes a release: the version in every place, man pages, changes of documents. No part of the program."""
