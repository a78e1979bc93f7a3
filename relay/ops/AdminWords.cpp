#include "relay/ops/AdminWords.h"

#include "relay/ops/ConfigKeys.h"
#include "relay/ops/ConfigReader.h"

namespace recado::relay {

namespace {

bool isFlagName(const QString& name, const OptionSyntax& own) {
    const ConfigKey* key = findConfigKey(name);
    return own.flags.contains(name) || (key != nullptr && key->form == ConfigKey::Form::Flag);
}

/// The words in three piles: own options, configuration, and what is neither.
struct SortedWords {
    QStringList options;
    QStringList configuration;
    QStringList subjects;
};

SortedWords sortWords(const QStringList& words, const OptionSyntax& own) {
    SortedWords sorted;
    for (qsizetype index = 0; index < words.size(); ++index) {
        const QString& word = words[index];
        if (!word.startsWith(QLatin1Char('-'))) {
            sorted.subjects.append(word);
            continue;
        }
        const QString name = word.mid(2).section(QLatin1Char('='), 0, 0);
        QStringList& pile =
            own.values.contains(name) || own.flags.contains(name) ? sorted.options : sorted.configuration;
        pile.append(word);
        const bool takesNext = !word.contains(QLatin1Char('=')) && !isFlagName(name, own);
        if (takesNext && index + 1 < words.size() && !words[index + 1].startsWith(QLatin1Char('-')))
            pile.append(words[++index]);
    }
    return sorted;
}

} // namespace

base::Result<AdminWords> readAdminWords(const QStringList& words, const AdminSyntax& syntax) {
    const SortedWords sorted = sortWords(words, syntax.options);
    AdminWords read;
    read.subjects = sorted.subjects;
    RECADO_TRY(read.options, readOptions(sorted.options, syntax.options));
    RECADO_TRY(read.config, readConfig(sorted.configuration, QProcessEnvironment::systemEnvironment()));
    if (read.subjects.size() > syntax.subjects.size())
        return base::makeError(
            base::Reason::Configuration,
            QStringLiteral("%1: not understood").arg(read.subjects.at(syntax.subjects.size())));
    if (read.subjects.size() < syntax.subjects.size())
        return base::makeError(base::Reason::Configuration,
                               QStringLiteral("%1 is missing").arg(syntax.subjects.at(read.subjects.size())));
    return read;
}

} // namespace recado::relay
