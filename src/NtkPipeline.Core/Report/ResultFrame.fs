namespace NtkPipeline.Core

open System
open System.Globalization
open System.IO
open Deedle

/// Results as a Deedle frame in long form: one row per (experiment, metric).
///
/// | column | holds |
/// |---|---|
/// | data, synthetic | the data set's name; "synthetic sample" where a program wrote it, else "no" |
/// | experiment | kernel-regression, ridge-path, learning-curve, network, width (over seeds), epoch-choice (what fitted rows chose), slope, verdict; of a further question output-scale/network and so on |
/// | input-scale, learning-rate, width, member, epoch, ridge | where it was measured; empty where one does not apply |
/// | axes | what else tells networks or fits apart: "output-scale=2", "rows=380; draw=1"; empty where nothing does |
/// | metric, value | what was measured; a value is empty where there is none, as after a divergence |
/// | note | why a value is missing, or what a verdict rests on |
[<RequireQualifiedAccess>]
module ResultFrame =

    let private column (pick: ResultRow -> 'a option) (rows: ResultRow[]) : Series<int, 'a> =
        Series.ofOptionalObservations (rows |> Seq.mapi (fun k row -> k, pick row))

    /// Texts, of which none is a formula to a spreadsheet: a folder's name comes from anywhere.
    let private texts (pick: ResultRow -> string option) = column (pick >> Option.map PlainLine.ofCell)

    /// Deedle takes a NaN for a missing value; here an infinity is one too.
    let private number (pick: ResultRow -> float option) = column (pick >> Option.filter Double.IsFinite)

    let private ofRows (name: string) (isSynthetic: bool) (rows: ResultRow[]) : Frame<int, string> =
        let synthetic = if isSynthetic then "synthetic sample" else "no"
        let frame = Frame.ofRowKeys [ 0 .. rows.Length - 1 ]
        frame.AddColumn("data", texts (fun _ -> Some name) rows)
        frame.AddColumn("synthetic", column (fun _ -> Some synthetic) rows)
        frame.AddColumn("experiment", texts (fun row -> Some row.Experiment) rows)
        frame.AddColumn("input-scale", texts _.InputScale rows)
        frame.AddColumn("learning-rate", number _.LearningRate rows)
        frame.AddColumn("width", column _.Width rows)
        frame.AddColumn("member", column _.Member rows)
        frame.AddColumn("epoch", column _.Epoch rows)
        frame.AddColumn("ridge", number _.Ridge rows)
        frame.AddColumn("axes", texts _.Axes rows)
        frame.AddColumn("metric", texts (fun row -> Some row.Metric) rows)
        frame.AddColumn("value", number _.Value rows)
        frame.AddColumn("note", texts _.Note rows)
        frame

    /// The findings as a frame, rows counted from 0.
    let ofFindings (findings: Findings) : Frame<int, string> =
        ResultRows.ofFindings findings |> ofRows findings.Data.Name findings.Data.Synthetic

    let private text (frame: Frame<int, string>) : string =
        use writer = new StringWriter(CultureInfo.InvariantCulture, NewLine = "\n")
        frame.SaveCsv(writer, includeRowKeys = false, separator = ',', culture = CultureInfo.InvariantCulture)
        writer.ToString()

    /// results.csv: the frame with a header, in the invariant culture; numbers come back as they went.
    let csv (findings: Findings) : string = ofFindings findings |> text

    /// The same of any rows of a data set of this name.
    let csvOf (name: string) (isSynthetic: bool) (rows: ResultRow[]) : string =
        ofRows name isSynthetic rows |> text
