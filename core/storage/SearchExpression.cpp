#include "storage/SearchExpression.h"

#include <QStringList>

#include <algorithm>

namespace recado::storage {

namespace {

/// The engine bounds the depth of an expression; nobody types as many words as this.
constexpr int maximumSearchWords = 32;

/// Letters and numbers make words for the tokenizer, everything else separates them.
bool hasSearchableCharacter(const QString& word) {
    const QList<uint> characters = word.toUcs4();
    return std::any_of(characters.begin(), characters.end(),
                       [](uint character) { return QChar::isLetterOrNumber(character); });
}

} // namespace

QString searchExpression(const QString& query) {
    QString cleaned = query;
    cleaned.replace(QChar::Null, QChar::Space); // would end the expression for the engine
    QStringList words;
    for (QString& word : cleaned.simplified().split(QChar::Space, Qt::SkipEmptyParts)) {
        if (words.size() == maximumSearchWords)
            break;
        if (!hasSearchableCharacter(word))
            continue;
        // Inside quotes only the quote itself means something; the star outside makes it a beginning.
        word.replace(QChar(u'"'), QStringLiteral("\"\""));
        words.append(QStringLiteral("\"%1\" *").arg(word));
    }
    return words.join(QChar::Space);
}

} // namespace recado::storage
