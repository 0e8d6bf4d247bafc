#include "framework/engine/delivery.h"

#include <map>
#include <string>
#include <utility>

namespace conformance::engine {

Delivery::Delivery(const std::vector<PlannedCell>& plan, Journal* journal, const ports::Clock& clock, double seconds_before,
                   ProgressSink& progress)
    : plan_(plan),
      journal_(journal),
      clock_(clock),
      seconds_before_(seconds_before),
      begin_(clock.Now()),
      progress_(progress),
      records_(plan.size()) {}

std::vector<size_t> Delivery::Resume(std::vector<record::CellRecord> earlier) {
  const std::lock_guard lock(mutex_);
  std::map<std::string, size_t> places;
  for (size_t i = 0; i < plan_.size(); ++i) places[plan_[i].id.ToString()] = i;
  for (record::CellRecord& record : earlier) {
    const auto place = places.find(record.id.ToString());
    if (place == places.end() || records_[place->second]) continue;
    records_[place->second] = std::move(record);
    ++done_;
  }
  progress_.OnStart(plan_.size(), done_);
  Advance();
  std::vector<size_t> left;
  for (size_t i = 0; i < records_.size(); ++i) {
    if (!records_[i]) left.push_back(i);
  }
  return left;
}

void Delivery::Start(const record::CellId& id) {
  const std::lock_guard lock(mutex_);
  progress_.OnCellStart(id);
}

void Delivery::Finish(size_t place, record::CellRecord record) {
  Keep(record);
  const std::lock_guard lock(mutex_);
  records_[place] = std::move(record);
  ++done_;
  progress_.OnCellEnd(*records_[place], done_, plan_.size());
  Advance();
}

void Delivery::Replace(size_t place, record::CellRecord record) {
  Keep(record);
  const std::lock_guard lock(mutex_);
  records_[place] = std::move(record);
  progress_.OnRerun(*records_[place]);
}

/// Its lines are made side by side; only writing them takes turns.
void Delivery::Keep(const record::CellRecord& record) {
  if (!journal_) return;
  if (Status status = journal_->Append(record, Seconds()); !status.ok()) Fail(std::move(status).error());
}

void Delivery::Fail(Error error) {
  const std::lock_guard lock(mutex_);
  if (status_.ok()) status_ = std::move(error);
}

void Delivery::Advance() {
  for (; next_ < records_.size() && records_[next_]; ++next_) progress_.OnResult(*records_[next_]);
}

bool Delivery::failed() const {
  const std::lock_guard lock(mutex_);
  return !status_.ok();
}

double Delivery::Seconds() const {
  return seconds_before_ + std::chrono::duration<double>(clock_.Now() - begin_).count();
}

std::vector<record::CellRecord> Delivery::TakeRecords() {
  const std::lock_guard lock(mutex_);
  std::vector<record::CellRecord> records;
  for (auto& record : records_) {
    if (record) records.push_back(std::move(*record));
  }
  return records;
}

Status Delivery::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

}  // namespace conformance::engine
