#pragma once

#include "sql/Writer.h"

#include <vector>

namespace recado::sql {

/// What one transaction of the writer holds.
struct Writer::Batch {
    std::vector<WriterJob> jobs;
    std::vector<bool> succeeded; // in step with jobs
    base::Error lastError;
    CommitResult failure = CommitResult::NotCommitted; // what to tell them when the store has to stop
};

} // namespace recado::sql
