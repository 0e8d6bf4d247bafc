#include "tools/conformance/cli.h"
#include "tools/conformance/default_toolbox.h"

int main(int argc, char** argv) { return conformance::cli::RunCli(argc, argv, conformance::cli::DefaultToolbox()); }
