// `conformance` with one more exporter and two more backends: nothing of the project itself had to change.
#include "listing.h"
#include "tools/conformance/cli.h"
#include "tools/conformance/default_toolbox.h"

int main(int argc, char** argv) {
  auto toolbox = conformance::cli::DefaultToolbox();
  toolbox.exporters.Add(consumer::MakeListingExporter());
  toolbox.backends.Add(consumer::MakeListingBackend("listing", toolbox.backends.Share("program"), 0));
  toolbox.backends.Add(consumer::MakeListingBackend("listing_off_by_one", toolbox.backends.Share("program"), 1));
  return conformance::cli::RunCli(argc, argv, toolbox);
}
