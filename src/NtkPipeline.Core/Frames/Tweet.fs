namespace NtkPipeline.Core

/// One tweet, in Kaggle's columns. Texts are other people's words: escaped wherever they are shown, and never logged.
type Tweet = {
    Id: RowId
    Keyword: string option
    Location: string option
    Text: string
    /// Does it report a real disaster? None in a test set.
    Target: bool option
}
