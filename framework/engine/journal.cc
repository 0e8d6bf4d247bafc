#include "framework/engine/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <tuple>
#include <utility>

#include "framework/base/hash.h"
#include "framework/base/strings.h"
#include "framework/engine/same_plan.h"
#include "framework/engine/shard.h"
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
        // Whether or not this works, a reader drops the torn line and the next write begins where it did.
        if (written > 0) std::ignore = ::ftruncate(file_.get(), static_cast<off_t>(size_));
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
    std::unique_lock lock(mutex_);
    SyncUnlocked(lock);
    if (sync_errno_ != 0) return ErrnoError("the disk did not keep the journal", path_.string(), sync_errno_);
    return Ok();
  }

 private:
  void SyncNowAndThen() {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kSyncInterval, [&] { return closing_; })) SyncUnlocked(lock);
  }

  /// Lets go of the lock while the disk works. A failure is told once by the system and stays here: a later success would say
  /// nothing of the pages that it lost.
  void SyncUnlocked(std::unique_lock<std::mutex>& lock) {
    synced_.wait(lock, [&] { return !syncing_; });
    if (!dirty_) return;
    dirty_ = false;
    syncing_ = true;
    lock.unlock();
    const int error = ::fdatasync(file_.get()) == 0 ? 0 : errno;
    lock.lock();
    syncing_ = false;
    synced_.notify_all();
    if (error != 0 && sync_errno_ == 0) sync_errno_ = error;
  }

  Descriptor file_;
  const std::filesystem::path path_;
  std::mutex mutex_;
  std::condition_variable wake_, synced_;
  uint64_t size_;
  bool dirty_ = false;    // something was written since the last sync began
  bool syncing_ = false;
  int sync_errno_ = 0;
  bool closing_ = false;
  std::thread syncer_;
};

/// What differs between two headers that must be one journal's; empty: nothing.
std::vector<std::string> Differences(const JournalHeader& there, const JournalHeader& here) {
  std::vector<std::string> texts = PlanDifferences(there.plan, here.plan);
  const auto compare = [&](const std::string& name, const std::string& a, const std::string& b) {
    if (a != b) texts.push_back("'" + name + "' is " + a + " there, " + b + " here");
  };
  compare("version", there.version, here.version);
  compare("shard", there.plan.Part(), here.plan.Part());
  compare("budget", DoubleText(there.budget_seconds), DoubleText(here.budget_seconds));
  if (texts.empty() && there.left_out != here.left_out) {
    texts.push_back("the budget leaves out " + std::to_string(there.left_out.size()) + " cells there, " +
                    std::to_string(here.left_out.size()) + " or others here: the history is another");
  }
  return texts;
}

/// A folder has the journals of one sweep only.
Status CheckNeighbours(const std::filesystem::path& folder, const std::string& own, const JournalHeader& header) {
  CONFORMANCE_TRY(const auto files, JournalsIn(folder));
  for (const auto& file : files) {
    if (file.filename() == own) continue;
    std::ifstream stream(file, std::ios::binary);
    std::string line;
    if (!std::getline(stream, line) || stream.eof()) continue;  // not begun
    const auto json = ParseLine(line);
    if (!json || !json->Has("journal")) continue;
    auto there = JournalHeader::FromJson(*json);
    if (!there.ok()) return std::move(there).error().With("file", file.string());
    std::vector<std::string> texts = PlanDifferences(there->plan, header.plan);
    if (there->plan.shards != header.plan.shards) {
      texts.push_back("'shards' is " + std::to_string(there->plan.shards) + " there, " + std::to_string(header.plan.shards) + " here");
    }
    if (there->version != header.version) texts.push_back("'version' is " + there->version + " there, " + header.version + " here");
    if (!texts.empty()) return Invalid("the folder is of another sweep: " + Join(texts, "; ")).With("file", file.string());
  }
  return Ok();
}

std::string HostName() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

/// For one who finds the journal taken.
Error TakenError(const JournalHeader& header, const std::filesystem::path& path) {
  Error error = Invalid("another run is at work on shard " + header.plan.Part() + " in this folder");
  error.With("file", path.string());
  // The journal itself tells who wrote last; it may be in the middle of a line.
  const auto text = formats::ReadFileText(path);
  const auto contents = text.ok() ? ParseJournal(*text, path.string()) : Result<JournalContents>(Invalid("unread"));
  if (!contents.ok() || contents->session.pid == 0) return error;
  const JournalSession& session = contents->session;
  error.With("process", std::to_string(session.pid) + " on " + (session.host.empty() ? "an unnamed machine" : session.host));
  if (!session.command_line.empty()) error.With("started as", session.command_line);
  return error;
}

}  // namespace

std::string JournalLine(const Json& json) {
  const std::string text = formats::WriteJson(json);
  return Hex64(Hash64(std::string_view(text))) + ' ' + text + '\n';
}

std::string JournalFileOf(const record::RunPlan& plan) {
  const std::string suffix = Shard{plan.shard, plan.shards}.FileSuffix();
  return suffix.empty() ? std::string(kJournalFile) : "journal" + suffix + ".jsonl";
}

Result<std::vector<std::filesystem::path>> JournalsIn(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (GlobMatch("journal*.jsonl", entry->path().filename().string())) files.push_back(entry->path());
  }
  if (error) return IoError("cannot read the run's folder: " + error.message()).With("folder", folder.string());
  std::sort(files.begin(), files.end());
  return files;
}

Json JournalHeader::ToJson() const {
  Json json = Json::MakeObject();
  json["journal"] = journal;
  json["version"] = version;
  json["started"] = started;
  json["plan"] = plan.ToJson();
  json["planned"] = planned;
  json["budget_seconds"] = budget_seconds;
  Json left = Json::MakeArray();
  for (const std::string& id : left_out) left.Append(id);
  json["left_out"] = std::move(left);
  return json;
}

Result<JournalHeader> JournalHeader::FromJson(const Json& json) {
  JournalHeader header;
  CONFORMANCE_TRY(header.journal, json.GetInt("journal"));
  if (header.journal != 2) {
    return Unsupported("a journal of format " + std::to_string(header.journal) + ", this version reads 2");
  }
  CONFORMANCE_TRY(header.version, json.GetString("version"));
  CONFORMANCE_TRY(header.started, json.GetString("started"));
  const Json* plan = json.Find("plan");
  if (!plan) return Corrupt("a journal's header has no 'plan'");
  CONFORMANCE_TRY(header.plan, record::RunPlan::FromJson(*plan));
  CONFORMANCE_TRY(header.planned, json.GetInt("planned"));
  CONFORMANCE_TRY(header.budget_seconds, json.GetDouble("budget_seconds"));
  CONFORMANCE_TRY(header.left_out, json.GetStrings("left_out"));
  return header;
}

Json JournalSession::ToJson() const {
  Json json = Json::MakeObject();
  json["pid"] = pid;
  json["host"] = host;
  json["command_line"] = command_line;
  Json found = Json::MakeObject();
  for (const auto& [name, version] : versions) found[name] = version;
  json["versions"] = std::move(found);
  Json texts = Json::MakeArray();
  for (const std::string& text : warnings) texts.Append(text);
  json["warnings"] = std::move(texts);
  Json entries = Json::MakeArray();
  for (const record::ListedEntry& entry : lists) entries.Append(entry.ToJson());
  json["lists"] = std::move(entries);
  return json;
}

Result<JournalSession> JournalSession::FromJson(const Json& json) {
  JournalSession session;
  CONFORMANCE_TRY(session.pid, json.GetInt("pid"));
  CONFORMANCE_TRY(session.host, json.GetString("host"));
  CONFORMANCE_TRY(session.command_line, json.GetString("command_line"));
  CONFORMANCE_TRY(session.warnings, json.GetStrings("warnings"));
  const Json* lists = json.Find("lists");
  if (!lists || !lists->IsArray()) return Corrupt("a session's 'lists' is missing or no array");
  for (const Json& entry : lists->AsArray()) {
    CONFORMANCE_TRY(record::ListedEntry listed, record::ListedEntry::FromJson(entry));
    session.lists.push_back(std::move(listed));
  }
  const Json* versions = json.Find("versions");
  if (!versions || !versions->IsObject()) return Corrupt("a session's 'versions' is missing or no object");
  for (const auto& [name, version] : versions->AsObject()) {
    if (!version.IsString()) return Corrupt("the version of '" + name + "' is no string");
    session.versions[name] = version.AsString();
  }
  return session;
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
    } else if (const Json* entry = json->Find("session")) {
      auto session = JournalSession::FromJson(*entry);
      if (!session.ok()) return std::move(session).error().With("file", file).With("line", std::to_string(line_number));
      contents.session = std::move(session).value();
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

Result<std::unique_ptr<Journal>> Journal::Open(const std::filesystem::path& folder, const JournalHeader& header, JournalSession session,
                                               bool resume, JournalContents& contents) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return IoError("cannot make the run's folder: " + error.message()).With("folder", folder.string());
  const std::filesystem::path path = folder / JournalFileOf(header.plan);
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (file.get() < 0) return ErrnoError("cannot open the journal", path.string(), errno);
  // The system gives the lock back however its holder ends.
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return TakenError(header, path);
    return ErrnoError("cannot lock the journal", path.string(), errno);
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
  CONFORMANCE_RETURN_IF_ERROR(CheckNeighbours(folder, path.filename().string(), header));
  if (::ftruncate(file.get(), static_cast<off_t>(fresh ? 0 : contents.good_bytes)) != 0) {
    return ErrnoError("cannot drop the journal's torn end", path.string(), errno);
  }
  auto journal = std::make_unique<FileJournal>(std::move(file), path, fresh ? 0 : contents.good_bytes);
  std::string lines;
  if (fresh) {
    contents = {};
    contents.header = header;
    lines = JournalLine(header.ToJson());
  }
  session.pid = ::getpid();
  session.host = HostName();
  Json line = Json::MakeObject();
  line["session"] = session.ToJson();
  lines += JournalLine(line);
  CONFORMANCE_RETURN_IF_ERROR(journal->Write(lines));
  contents.session = std::move(session);
  if (fresh) {
    CONFORMANCE_RETURN_IF_ERROR(journal->Sync());
    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() >= 0) ::fsync(directory.get());  // the name itself; not every file system has this
  }
  return std::unique_ptr<Journal>(std::move(journal));
}

}  // namespace conformance::engine
