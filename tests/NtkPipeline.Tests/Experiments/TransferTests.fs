module NtkPipeline.Tests.TransferTests

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

let private want (value: Result<'a, PipelineError>) =
    Expect.wantOk (value |> Result.mapError _.Sentence) "it should work"

let private get (artifact: Result<Artifact<'a>, PipelineError>) = (want artifact).Value.Force() |> want

let private columns, each = 5, 30
let private subjects = [| "fire"; "violent%20storm"; "flood"; "hail" |]
let private random = Random 6

/// Fires and storms are told by the sign of the first number, floods by its opposite, and hail by none. Every tenth text is a near-copy of
/// the one before.
let private tweets: Tweet[] =
    let word () = String(Array.init 9 (fun _ -> char (int 'a' + random.Next 26)))
    let mutable last = ""

    Array.init (4 * each) (fun k ->
        let text =
            if k % 10 = 9 then
                $"%s{last}!"
            else
                String.Join(" ", Array.init 6 (fun _ -> word ()))

        last <- text

        {
            Id = RowId.ofPlace k
            Keyword = Some(subjects[k / each])
            Location = None
            Text = text
            Target = Some(k % 2 = 0)
        })

let private labels = tweets |> Array.map (fun tweet -> if tweet.Target = Some true then 1.0 else -1.0)

let private source: TrainSource =
    let rows =
        Array.init (4 * each) (fun k ->
            let sign =
                match k / each with
                | 0
                | 1 -> labels[k]
                | 2 -> -labels[k]
                | _ -> float (2 * random.Next 2 - 1)

            let x =
                Array.init columns (fun j -> (if j = 0 then 3.0 * sign else 0.0) + random.NextDouble() - 0.5)

            let norm = sqrt (Array.sumBy (fun x -> x * x) x)
            Array.map (fun x -> float32 (x / norm)) x)

    let labelled = Matrix.ofRows columns rows

    {
        Form = RowForm.Row
        Labelled = labelled
        Test = Matrix.create 0 columns [||]
        Gram = BaseKernel.gram labelled None |> want
        LambdaMax = 10.0
        Train = [| 0 .. 4 * each - 5 |]
        Validation = [| 4 * each - 4 .. 4 * each - 1 |]
        Targets = labels
        Labels = labels
    }

let private ofSource = {
    SampleRuns.split with
        Train = source.Train
        Validation = source.Validation
        Labels = labels
        Targets = labels
}

let private values =
    Map [ for setting in Transfer.experiment.Settings -> setting.Key, setting.Default ]
    |> Map.add "transfer.width" "64"
    |> Map.add "transfer.seeds" "1"
    |> Map.add "transfer.steps" "30"
    |> Map.add "split.similar-above" "0.6"

let private runner: IRunner = MemoryRunner(Seed.root 9UL)

let private tasksOf values =
    runner.Run(
        TransferTasks.stage (Transfer.tasks values),
        Artifact.both (artifact "tweets" tweets) (artifact "split" ofSource)
    )

let evidenceOf values =
    let spec = Transfer.spec values (run 64 0 1.0 0.0 []).Spec
    let tasks = want (tasksOf values)
    let material = Artifact.both tasks (artifact "source" source |> Artifact.bind TrainInput.create)

    let ridge = {
        Smallest = 1e-3
        Largest = 10.0
        PointsPerDecade = 2
        ChooseBy = RidgeChoice.CrossValidation
    }

    let kernel = want (runner.Run(TransferKernel.stage ridge, material))
    let parts = Transfer.parts values

    let networks = [
        for number, fold in parts ->
            want (runner.Run(TransferNetworks.stage values spec number fold, material))
    ]

    let inputs = TransferEvidence.inputs tasks kernel (List.map snd parts) (Artifact.all networks)
    get (runner.Run(TransferEvidence.stage settings, inputs))

let private evidence = lazy (evidenceOf values)

let tests =
    testList "Transfer" [
        testCase
            "keyword groups become tasks, near-copies share a fold, and few rows are none that are judged"
        <| fun () ->
            let set = get (tasksOf values)

            Expect.equal
                (set.Tasks |> Array.map _.Name |> Array.sort)
                [| "fire"; "flood"; "hail"; "violent storm" |]
                "four"

            for k in 9..10 .. 4 * each - 1 do
                Expect.equal (set.Folds[k]) (set.Folds[k - 1]) "near-copies"

            for fold in 0..2 do
                for task in 0..3 do
                    let learnt, judged = set.Learnt(fold, task), set.Judged(fold, task)
                    let few = set.Few[fold][task]
                    Expect.equal (Array.sort (Array.append learnt judged)) (set.Tasks[task].Rows) "either"
                    Expect.isEmpty (Array.except learnt few) "few of the learnt"
                    Expect.equal few.Length 10 "as many as asked"
                    Expect.equal (set.LabelsOf few |> Array.sum) 0.0 "both labels in turn"

        testCase "what is alike carries over, what is opposite fails, and kernel and networks agree"
        <| fun () ->
            let found = evidence.Force()
            let place name = found.Facts |> Array.findIndex (fun task -> task.Task = name)
            let fire, storm, flood = place "fire", place "violent storm", place "flood"

            for areas in [ found.Kernel; found.Networks ] do
                Expect.equal (areas.Zero[fire][storm]) (Some 1.0) "the same direction"
                Expect.equal (areas.Zero[fire][flood]) (Some 0.0) "the opposite one"
                Expect.equal (areas.Alone[flood]) (Some 1.0) "few rows tell all"

            Expect.isGreaterThan (Option.get (found.Alignment[fire][storm])) 0.95 "aligned"
            Expect.isLessThan (Option.get (found.Alignment[fire][flood])) -0.95 "opposite"
            let between = abs (Option.get (found.Alignment[place "hail"][fire]))
            Expect.isLessThan between 0.9 "neither"
            Expect.equal found.Diverged 0 "none"
            // Ties within the groups of pairs: not every order is the same, but the kernel's is that of the networks.
            Expect.isGreaterThan found.SameRows.Value.Estimate 0.8 "the same order"

        testCase "few tasks are no mistake, and neither is none"
        <| fun () ->
            let few = evidenceOf (Map.add "transfer.least-tweets" "1000" values)
            Expect.equal few.Facts.Length 0 "none is so large"
            Expect.equal few.LeftOut 4 "all are left out"
            Expect.isTrue (few.Correlations |> Array.forall (fun one -> one.OverPairs.IsNone)) "no order"
            let chapter = (TransferChapter.chapter values (artifact "none" few)).Value.Force() |> want
            Expect.isEmpty chapter.Charts "nothing to draw"
            Expect.all chapter.Verdicts (fun verdict -> verdict.Holds.IsNone) "cannot tell"

        testCase "what was found is kept and read back, and told"
        <| fun () ->
            let found = evidence.Force()
            let codec = (TransferEvidence.stage settings).Codec
            use stream = new MemoryStream()
            codec.Write stream found
            stream.Position <- 0L
            Expect.equal (codec.Read stream) (Ok found) "the same"
            let chapter = (TransferChapter.chapter values (artifact "found" found)).Value.Force() |> want

            Expect.equal
                (List.length chapter.Charts, chapter.Tables[0].Rows.Length)
                (3, 4)
                "maps, points, a row a task"

            let metrics = chapter.Findings |> Array.map _.Metric
            Expect.equal (Array.distinct metrics) metrics "no metric twice"

        testCase "labels that are asked for in vain are a mistake of the settings"
        <| fun () ->
            let wrong = Map.add "transfer.least-of-a-label" "13" values
            let mistakes = Transfer.experiment.Check wrong (run 64 0 1.0 0.0 []).Spec
            Expect.equal mistakes.Length 1 "one"
            Expect.stringContains (List.head mistakes) "transfer.least-of-a-label" "its key"
            Expect.isEmpty (Transfer.experiment.Check values (run 64 0 1.0 0.0 []).Spec) "none"
    ]
