"""All of the grid's specs."""
import op_grid_complex  # noqa: F401
import op_grid_elements  # noqa: F401: each adds its own
import op_grid_gradients  # noqa: F401
import op_grid_random  # noqa: F401
import op_grid_recurrent  # noqa: F401
import op_grid_sums  # noqa: F401
import op_grid_windows  # noqa: F401
from op_grid_draw import NAMES, SPECS, Draw, unknown  # noqa: F401
