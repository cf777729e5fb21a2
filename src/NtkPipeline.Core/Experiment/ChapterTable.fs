namespace NtkPipeline.Core

/// One cell: its text, and whether it is a number (set to the right).
type Cell =
    | TextCell of string
    | NumberCell of string

/// A table of a chapter, as data.
type ChapterTable = {
    Title: string
    Headings: Cell list
    Rows: Cell list list
    /// Sentences below it.
    Notes: string list
}
