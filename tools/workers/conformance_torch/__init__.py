"""What workers around PyTorch share: tensors to and from the protocol, names in pytrees, .pt2 files as sessions.

`pytrees` can be had without PyTorch; `tensors` and `programs` import it.
"""
