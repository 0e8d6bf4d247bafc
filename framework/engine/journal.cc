#include "framework/engine/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "framework/base/hash.h"
#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "framework/formats/json.h"

namespace conformance::engine {
namespace {

constexpr size_t kChecksumSize = 16;
constexpr auto kSyncInterval = std::chrono::seconds(1);

/// A whole line's JSON, or nothing where it is damaged.
std::optional<Json> ParseLine(std::string_view line) {
  if (line.size() < kChecksumSize + 1 || line[kChecksumSize] != ' ') return std::nullopt;
  const std::string_view text = line.substr(kChecksumSize + 1);
  if (Hex64(Hash64(text)) != line.substr(0, kChecksumSize)) return std::nullopt;
  auto json = formats::ParseJson(text);
  if (!json.ok()) return std::nullopt;
  return std::move(json).value();
}

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

class FileJournal : public Journal {
 public:
  FileJournal(Descriptor file, std::filesystem::path path, uint64_t size)
      : file_(std::move(file)), path_(std::move(path)), size_(size), syncer_([this] { SyncNowAndThen(); }) {}

  ~FileJournal() override {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    wake_.notify_all();
    syncer_.join();
    if (dirty_) ::fdatasync(file_.get());
  }

  Status Write(const std::string& line) {
    const std::lock_guard lock(mutex_);
    size_t written = 0;
    while (written < line.size()) {
      const ssize_t count = ::pwrite(file_.get(), line.data() + written, line.size() - written, static_cast<off_t>(size_ + written));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        const int error = count < 0 ? errno : ENOSPC;
        // Whether or not this works, a reader drops the torn line.
        if (written > 0 && ::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) dirty_ = true;
        return ErrnoError("cannot write the journal", path_.string(), error);
      }
      written += static_cast<size_t>(count);
    }
    size_ += line.size();
    dirty_ = true;
    return Ok();
  }

  Status Append(const record::CellRecord& cell, double seconds) override {
    Json json = Json::MakeObject();
    json["at"] = seconds;
    json["cell"] = cell.ToJson();
    return Write(JournalLine(json));
  }

  Status Sync() override {
    {
      const std::lock_guard lock(mutex_);
      if (!dirty_) return Ok();
      dirty_ = false;
    }
    if (::fdatasync(file_.get()) != 0) return ErrnoError("cannot sync the journal", path_.string(), errno);
    return Ok();
  }

 private:
  void SyncNowAndThen() {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kSyncInterval, [&] { return closing_; })) {
      if (!dirty_) continue;
      dirty_ = false;
      lock.unlock();
      // A disk that cannot keep what it took shows at the next write or at the end.
      const bool failed = ::fdatasync(file_.get()) != 0;
      lock.lock();
      if (failed) dirty_ = true;
    }
  }

  Descriptor file_;
  const std::filesystem::path path_;
  std::mutex mutex_;
  std::condition_variable wake_;
  uint64_t size_;
  bool dirty_ = false;
  bool closing_ = false;
  std::thread syncer_;
};

/// What differs between two headers that must be one sweep's; empty: nothing.
std::vector<std::string> Differences(const JournalHeader& there, const JournalHeader& here) {
  std::vector<std::string> texts;
  const auto compare = [&](const std::string& name, const std::string& a, const std::string& b) {
    if (a != b) texts.push_back("'" + name + "' is " + a + " there, " + b + " here");
  };
  compare("cells", std::to_string(there.cells), std::to_string(here.cells));
  if (there.config.IsObject() && here.config.IsObject()) {
    const auto text = [](const Json* value) { return value ? formats::WriteJson(*value) : std::string("absent"); };
    for (const auto& [key, value] : here.config.AsObject()) compare(key, text(there.config.Find(key)), text(&value));
    for (const auto& [key, value] : there.config.AsObject()) {
      if (!here.config.Has(key)) compare(key, text(&value), "absent");
    }
  }
  compare("shard", std::to_string(there.shard + 1) + '/' + std::to_string(there.shards),
          std::to_string(here.shard + 1) + '/' + std::to_string(here.shards));
  if (texts.empty()) compare("plan", there.plan, here.plan);
  compare("version", there.version, here.version);
  return texts;
}

}  // namespace

std::string JournalLine(const Json& json) {
  const std::string text = formats::WriteJson(json);
  return Hex64(Hash64(std::string_view(text))) + ' ' + text + '\n';
}

Json JournalHeader::ToJson() const {
  Json json = Json::MakeObject();
  json["journal"] = journal;
  json["version"] = version;
  json["started"] = started;
  json["cells"] = cells;
  json["plan"] = plan;
  json["config"] = config;
  json["shard"] = shard;
  json["shards"] = shards;
  return json;
}

Result<JournalHeader> JournalHeader::FromJson(const Json& json) {
  JournalHeader header;
  CONFORMANCE_TRY(header.journal, json.GetInt("journal"));
  if (header.journal != 1) {
    return Unsupported("a journal of format " + std::to_string(header.journal) + ", this version reads 1");
  }
  CONFORMANCE_TRY(header.version, json.GetString("version"));
  CONFORMANCE_TRY(header.started, json.GetString("started"));
  CONFORMANCE_TRY(header.cells, json.GetInt("cells"));
  CONFORMANCE_TRY(header.plan, json.GetString("plan"));
  if (const Json* config = json.Find("config")) header.config = *config;
  CONFORMANCE_TRY(header.shard, json.GetInt("shard"));
  CONFORMANCE_TRY(header.shards, json.GetInt("shards"));
  return header;
}

Result<JournalContents> ParseJournal(std::string_view text, const std::string& file) {
  JournalContents contents;
  contents.header.journal = 0;
  std::map<std::string, size_t> places;
  size_t line_number = 0;
  std::vector<size_t> damaged;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) break;  // torn
    ++line_number;
    const auto json = ParseLine(text.substr(begin, end - begin));
    begin = end + 1;
    if (!json) {
      damaged.push_back(line_number);
      continue;
    }
    if (json->Has("journal")) {
      auto header = JournalHeader::FromJson(*json);
      if (!header.ok()) return std::move(header).error().With("file", file);
      contents.header = std::move(header).value();
    } else if (const Json* entry = json->Find("cell")) {
      auto cell = record::CellRecord::FromJson(*entry);
      if (!cell.ok()) return std::move(cell).error().With("file", file).With("line", std::to_string(line_number));
      const auto [place, fresh] = places.try_emplace(cell->id.ToString(), contents.cells.size());
      if (fresh) contents.cells.push_back(std::move(cell).value());
      else contents.cells[place->second] = std::move(cell).value();
      if (const Json* at = json->Find("at"); at && at->IsNumber()) contents.seconds = std::max(contents.seconds, at->AsDouble());
    }
    contents.good_bytes = begin;
  }
  if (contents.header.journal == 0 && !contents.cells.empty()) {
    return Corrupt("a journal with verdicts but without a whole header").With("file", file);
  }
  for (const size_t line : damaged) {
    contents.warnings.push_back(file + ": line " + std::to_string(line) + " is damaged and was left out");
  }
  return contents;
}

Result<std::unique_ptr<Journal>> Journal::Open(const std::filesystem::path& folder, const JournalHeader& header, bool resume,
                                               JournalContents& contents) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return IoError("cannot make the run's folder: " + error.message()).With("folder", folder.string());
  const std::filesystem::path path = folder / kJournalFile;
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (file.get() < 0) return ErrnoError("cannot open the journal", path.string(), errno);
  // The system gives the lock back however its holder ends.
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return Invalid("another run is at work in this folder: its journal is locked").With("file", path.string());
  }
  CONFORMANCE_TRY(const std::string text, formats::ReadFileText(path));
  CONFORMANCE_TRY(contents, ParseJournal(text, path.string()));

  const bool fresh = contents.header.journal == 0;
  if (!fresh && !resume) {
    return Invalid("the folder has the journal of an earlier run: continue it with --resume, or name another folder")
        .With("file", path.string());
  }
  if (!fresh) {
    const auto differences = Differences(contents.header, header);
    if (!differences.empty()) {
      return Invalid("the journal is of another plan: " + Join(differences, "; ")).With("file", path.string());
    }
  }
  if (::ftruncate(file.get(), static_cast<off_t>(fresh ? 0 : contents.good_bytes)) != 0) {
    return ErrnoError("cannot drop the journal's torn end", path.string(), errno);
  }
  auto journal = std::make_unique<FileJournal>(std::move(file), path, fresh ? 0 : contents.good_bytes);
  if (fresh) {
    contents = {};
    contents.header = header;
    CONFORMANCE_RETURN_IF_ERROR(journal->Write(JournalLine(header.ToJson())));
    CONFORMANCE_RETURN_IF_ERROR(journal->Sync());
    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() >= 0) ::fsync(directory.get());  // the name itself; not every file system has this
  }
  return std::unique_ptr<Journal>(std::move(journal));
}

}  // namespace conformance::engine
