module NtkPipeline.Tests.ResultFrameTests

open System
open System.Globalization
open System.IO
open System.Text
open System.Threading
open Deedle
open Expecto
open NtkPipeline.Core

let private findings = lazy (SampleFindings.make true)
let private rows = lazy (ResultRows.ofFindings findings.Value)
let private csv = lazy (ResultFrame.csv findings.Value)

/// As text, so that nothing is guessed.
let private read (csv: string) : Frame<int, string> =
    use stream = new MemoryStream(Encoding.UTF8.GetBytes csv)
    Frame.ReadCsv(stream, hasHeaders = true, inferTypes = false, missingValues = [||])

let private cells (name: string) (frame: Frame<int, string>) =
    frame.GetColumn<string> name |> Series.valuesAll |> Seq.map (Option.defaultValue "") |> Array.ofSeq

let tests =
    testList "ResultFrame" [
        testCase "its CSV has a row a number and comes back through Deedle"
        <| fun () ->
            let frame = read csv.Value
            Expect.equal frame.RowCount rows.Value.Length "every row"

            Expect.equal
                (List.ofSeq frame.ColumnKeys)
                [
                    "data"
                    "synthetic"
                    "experiment"
                    "input-scale"
                    "learning-rate"
                    "width"
                    "member"
                    "epoch"
                    "ridge"
                    "axes"
                    "metric"
                    "value"
                    "note"
                ]
                "the documented columns"

            let metrics = rows.Value |> Array.map _.Metric
            Expect.equal (cells "metric" frame) metrics "in their order"
            Expect.allEqual (cells "synthetic" frame) "synthetic sample" "every row says so"

        testCase "numbers come back bit for bit, and a missing one is an empty cell"
        <| fun () ->
            let values = read csv.Value |> cells "value"

            for row, cell in Array.zip rows.Value values do
                match row.Value with
                | None -> Expect.equal cell "" row.Metric
                | Some value ->
                    Expect.equal
                        (BitConverter.DoubleToInt64Bits(Double.Parse(cell, CultureInfo.InvariantCulture)))
                        (BitConverter.DoubleToInt64Bits value)
                        row.Metric

            Expect.exists rows.Value _.Value.IsNone "some are missing"

        testCase "an effective rank that was not computed is an empty cell with its reason"
        <| fun () ->
            let run = findings.Value.Networks[0]
            let silent = { run.Epochs[1] with EffectiveRank = None }

            let ranks =
                ResultRows.ofFindings {
                    findings.Value with
                        Networks = [| { run with Epochs = [| run.Epochs[0]; silent |] } |]
                }
                |> Array.filter (fun row -> row.Metric = "effective-rank")

            Expect.equal
                (ranks |> Array.map (fun row -> row.Epoch, row.Value, row.Note))
                [|
                    Some 0, run.Epochs[0].EffectiveRank, None
                    Some silent.Epoch, None, Some "not computed after this epoch"
                |]
                "an epoch each"

        testCase "names with commas, quotes and line breaks come back"
        <| fun () ->
            let frame = read csv.Value

            Expect.allEqual
                (cells "data" frame)
                (PlainLine.ofCell findings.Value.Data.Name)
                "the hostile name"

            let notes =
                rows.Value
                |> Array.map (fun row -> row.Note |> Option.map PlainLine.ofCell |> Option.defaultValue "")

            Expect.equal (cells "note" frame) notes "evidence and reasons"

        testCase "no culture changes a byte"
        <| fun () ->
            let before = Thread.CurrentThread.CurrentCulture
            // Not by name: a machine may know no culture but the invariant one.
            let comma = CultureInfo.InvariantCulture.Clone() :?> CultureInfo
            comma.NumberFormat.NumberDecimalSeparator <- ","
            comma.NumberFormat.NegativeSign <- "~"

            try
                Thread.CurrentThread.CurrentCulture <- comma
                Expect.equal (ResultFrame.csv findings.Value) csv.Value "no decimal comma"
            finally
                Thread.CurrentThread.CurrentCulture <- before

        testCase "what does not apply is empty, and what diverged says so"
        <| fun () ->
            let lost =
                rows.Value
                |> Array.filter (fun row ->
                    row.Experiment = "network" && row.Note = Some "diverged in epoch 5")

            Expect.isNonEmpty lost "the run is there"
            let final = lost |> Array.find (fun row -> row.Metric = "delta-theta")
            Expect.equal final.Value None "no kernel movement without an end"
            let path = rows.Value |> Array.filter (fun row -> row.Experiment = "ridge-path")
            Expect.equal path.Length (10 * findings.Value.Kernel.Path.Length) "ten metrics a ridge"
            Expect.isTrue (path |> Array.forall (fun row -> row.Width.IsNone && row.Ridge.IsSome)) "no width"

        testCase "nothing is NaN or infinite, even if a number of the findings were"
        <| fun () ->
            let spoilt = {
                findings.Value with
                    Kernel = {
                        findings.Value.Kernel with
                            Certificate = {
                                findings.Value.Kernel.Certificate with
                                    ConditionNumber = infinity
                                    Residual = nan
                            }
                    }
            }

            let text = ResultFrame.csv spoilt

            Expect.isFalse
                (text.Contains "NaN" || text.Contains "Infinity" || text.Contains "∞")
                "empty cells"
    ]
