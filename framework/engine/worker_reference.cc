#include "framework/engine/worker_reference.h"

#include <utility>

namespace conformance::engine {

WorkerReference::WorkerReference(std::string name, std::shared_ptr<WorkerProgram> program)
    : name_(std::move(name)), program_(std::move(program)) {}

Result<NamedTensors> WorkerReference::Run(const ports::ReferenceRequest& request) const {
  if (request.source.empty() || request.inputs == nullptr) {
    return Unsupported("reference '" + name_ + "' evaluates checkpoint folders and classes with a config");
  }
  if (!request.capture.empty())
    return Unsupported("reference '" + name_ + "' shows no values inside a model")
        .With("found", request.capture[0]);
  WorkerMessage message;
  message.header["type"] = "evaluate";
  message.header["reference"] = name_;
  message.header["folder"] = request.source.folder.string();
  if (!request.source.spec.IsNull()) message.header["spec"] = request.source.spec;
  message.header["kwargs"] = request.inputs->kwargs;
  message.header["oracle"] = request.numerics.compute == ops::Numerics::Compute::kF64;
  if (request.numerics.order_seed != 0) message.header["member"] = static_cast<int64_t>(request.numerics.order_seed);
  message.header["seed"] = static_cast<int64_t>(request.numerics.draw_seed);
  message.tensors = request.inputs->tensors;
  CONFORMANCE_TRY(WorkerMessage answer, program_->pool().Ask(message));
  if (answer.type() != "outputs") {
    return Error(ErrorKind::kCrash, "the worker's answer to evaluate has no outputs")
        .With("found", answer.type());
  }
  return std::move(answer.tensors);
}

Result<WorkerReference::Sensitivity> WorkerReference::SensitivityOf(const ports::ModelSource& source, const ports::ModelInputs& inputs) const {
  WorkerMessage message;
  message.header["type"] = "sensitivity";
  message.header["reference"] = name_;
  message.header["folder"] = source.folder.string();
  if (!source.spec.IsNull()) message.header["spec"] = source.spec;
  message.header["kwargs"] = inputs.kwargs;
  message.tensors = inputs.tensors;
  auto answer = program_->pool().Ask(message);
  if (!answer.ok() && answer.error().kind() == ErrorKind::kUnsupported) return Sensitivity();
  if (!answer.ok()) return std::move(answer).error();
  Sensitivity found;
  CONFORMANCE_TRY(found.unmoved, answer->header.GetStrings("unmoved"));
  CONFORMANCE_TRY(found.unread, answer->header.GetStrings("unread"));
  return found;
}

std::shared_ptr<const ports::Reference> WorkerReference::In(std::shared_ptr<WorkerProgram> program) const {
  return std::make_shared<WorkerReference>(name_, std::move(program));
}

}  // namespace conformance::engine
