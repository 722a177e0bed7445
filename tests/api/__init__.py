"""The HTTP interface against the contract, sentence by sentence."""
