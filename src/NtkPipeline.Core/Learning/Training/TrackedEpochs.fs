namespace NtkPipeline.Core

/// Epochs after which a network is measured. The first (0) and the last always are; what lies past the last never is.
[<RequireQualifiedAccess>]
type TrackedEpochs =
    /// Each one; but the probe kernel's eigenvalues, which cost as much as all else, only after 1, 2, 5, 10, 20, 50, … and the last.
    | Every
    /// These, eigenvalues included.
    | Listed of int list

[<RequireQualifiedAccess>]
module TrackedEpochs =

    /// "every", or the epochs with commas.
    let print (tracked: TrackedEpochs) : string =
        match tracked with
        | TrackedEpochs.Every -> "every"
        | TrackedEpochs.Listed epochs -> epochs |> List.map string |> String.concat ", "

    let parse (text: string) : Result<TrackedEpochs, string> =
        let epochs = text.Split(',', System.StringSplitOptions.TrimEntries) |> List.ofArray

        if text = "every" then
            Ok TrackedEpochs.Every
        elif
            epochs
            |> List.forall (fun epoch ->
                epoch <> "" && Seq.forall System.Char.IsAsciiDigit epoch && epoch.Length < 7)
        then
            epochs |> List.map int |> TrackedEpochs.Listed |> Ok
        else
            Error $"'%s{text}' is neither every nor whole numbers divided by commas"

    /// 1, 2, 5, 10, 20, 50, … up to `last`.
    let private sparse (last: int) =
        Seq.initInfinite (fun k -> [ 1L; 2L; 5L ][k % 3] * pown 10L (k / 3))
        |> Seq.takeWhile (fun epoch -> epoch <= int64 last)
        |> Seq.map int
        |> List.ofSeq

    /// In order, with the last and without 0.
    let private within (last: int) (epochs: int list) =
        last :: epochs
        |> List.filter (fun epoch -> epoch > 0 && epoch <= last)
        |> List.distinct
        |> List.sort

    /// Epochs from 1 to `last` after which the network is measured, and those of them after which its spectrum is.
    let upTo (last: int) (tracked: TrackedEpochs) : int list * int list =
        match tracked with
        | TrackedEpochs.Every -> [ 1..last ], within last (sparse last)
        | TrackedEpochs.Listed epochs -> within last epochs, within last epochs
