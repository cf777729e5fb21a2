namespace NtkPipeline.Core

/// Which column of a CSV file holds what (settings `data.*`). Texts and, in train.csv, labels must be there; id, keyword and location may be
/// missing where nobody named them.
type DataColumns = {
    Text: string
    Label: string
    /// `none` numbers the rows from 1, as a file without this column does.
    Id: string
    Keyword: string
    Location: string
}

[<RequireQualifiedAccess>]
module DataColumns =

    /// Kaggle's names, which are the settings' defaults.
    let kaggle: DataColumns = {
        Text = "text"
        Label = "target"
        Id = "id"
        Keyword = "keyword"
        Location = "location"
    }

    /// No column at all: rows are numbered.
    let none = "none"

    /// Each column with the setting that names it.
    let private named (columns: DataColumns) = [
        "data.text", columns.Text
        "data.label", columns.Label
        "data.id", columns.Id
        "data.keyword", columns.Keyword
        "data.location", columns.Location
    ]

    /// The columns that a file must have: texts, labels if it is labelled, and those that somebody named.
    let private wanted (isLabelled: bool) (columns: DataColumns) =
        List.zip (named columns) (named kaggle)
        |> List.filter (fun ((setting, column), (_, usual)) ->
            match setting with
            | "data.text" -> true
            | "data.label" -> isLabelled
            | _ -> column <> usual && column <> none)
        |> List.map fst

    /// What is wrong with a file that has these columns, and which setting cures it; none where nothing is.
    let fault (isLabelled: bool) (columns: DataColumns) (found: string seq) : string option =
        match
            wanted isLabelled columns |> List.filter (fun (_, column) -> not (Seq.contains column found))
        with
        | [] -> None
        | missing ->
            let quoted names =
                names |> Seq.map (fun name -> $"'%s{PlainLine.within 40 name}'") |> String.concat ", "

            let settings =
                missing |> List.map (fun (setting, _) -> $"%s{setting}=NAME") |> String.concat " or "

            let ids =
                if columns.Id = kaggle.Id && not (Seq.contains columns.Id found) then
                    $" (and data.id=NAME ids, as '%s{kaggle.Id}' is missing too: else rows are numbered)"
                else
                    ""

            let there = found |> Seq.filter ((<>) "") |> Seq.truncate 12 |> quoted

            Some
                $"line 1: column %s{missing |> Seq.map snd |> quoted} is missing; --set %s{settings} names it%s{ids}, and the file has %s{there}"
