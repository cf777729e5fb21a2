namespace NtkPipeline.Core

/// What is drawn and tabled of tasks and their transfer.
[<RequireQualifiedAccess>]
module TransferCharts =

    let private axis title (evidence: TransferEvidence) = {
        FigureAxis.linear title with
            Ticks = Some(evidence.Facts |> Array.mapi (fun k task -> float k, task.Task))
    }

    let private map id title caption label (evidence: TransferEvidence) values : PointChart =
        let places = Array.init evidence.Facts.Length float

        {
            Id = $"transfer-%s{id}"
            Title = title
            Caption = caption
            Horizontal = axis "judged on" evidence
            Vertical = axis "learnt" evidence
            Drawing =
                Drawing.Map(
                    {
                        Columns = places
                        Rows = places
                        Values = values
                        Label = label
                        IsLogarithmic = false
                        IsShare = false
                    },
                    []
                )
        }

    let private scatter (evidence: TransferEvidence) : PointChart =
        let points pick = [
            for a in 0 .. evidence.Facts.Length - 1 do
                for b in 0 .. evidence.Facts.Length - 1 do
                    if pick a b then
                        match evidence.Kernel.Zero[a][b], evidence.Networks.Zero[a][b] with
                        | Some kernel, Some network -> kernel, network
                        | _, _ -> ()
        ]

        {
            Id = "transfer-foretold"
            Title = "Transfer between tasks: the kernel's and the networks'"
            Caption =
                "A point an ordered pair of tasks: area under the ROC curve on the target after learning the source alone. Along the dotted line both are equal. Both are judged on the same tweets here; the claim takes other tweets for the kernel."
            Horizontal = FigureAxis.linear "kernel regression (AUC)"
            Vertical = FigureAxis.linear "trained networks (AUC)"
            Drawing =
                Drawing.Lines [
                    PointChart.line "one task to another" ChartMark.Points (points (<>))
                    PointChart.line "a task to its own other tweets" ChartMark.Points (points (=))
                    PointChart.line "equal" ChartMark.Guide [ 0.3, 0.3; 1.0, 1.0 ]
                ]
        }

    let all (evidence: TransferEvidence) : PointChart list = [
        map
            "measured"
            "Transfer between tasks, measured"
            "Networks that learnt the task of the row, judged on the tweets of the task of the column, mean over seeds: area under the ROC curve, ½ for chance. On the diagonal a task is judged on its own tweets that were kept aside."
            "AUC"
            evidence
            evidence.Networks.Zero
        map
            "alignment"
            "Nearness of tasks in the tangent kernel's feature space"
            "Cosine of the directions in which two tasks' positive tweets differ from the others: alignment of label functions, from tweets that are not judged."
            "alignment"
            evidence
            evidence.Alignment
        scatter evidence
    ]

    let nearest (evidence: TransferEvidence) : ChapterTable =
        let digits (value: float option) =
            NumberCell(value |> Option.map TransferClaims.rho |> Option.defaultValue "–")

        let row target =
            let task = evidence.Facts[target]

            let best (table: float option[][]) =
                [ 0 .. evidence.Facts.Length - 1 ]
                |> List.filter ((<>) target)
                |> List.choose (fun source ->
                    table[source][target] |> Option.map (fun value -> source, value))
                |> function
                    | [] -> None
                    | found -> Some(List.maxBy snd found)

            let name found =
                TextCell(
                    found
                    |> Option.map (fun (source, _) -> evidence.Facts[source].Task)
                    |> Option.defaultValue "–"
                )

            let near, measured = best evidence.Alignment, best evidence.Networks.Zero

            let ofNear (table: float option[][]) =
                near |> Option.bind (fun (source, _) -> table[source][target])

            [
                TextCell task.Task
                NumberCell(string task.Tweets)
                NumberCell(VerdictWords.percent (float task.Disasters / float task.Tweets))
                name near
                digits (Option.map snd near)
                digits (ofNear evidence.Networks.Zero)
                name measured
                digits (Option.map snd measured)
                digits (evidence.Networks.Zero[target][target])
                digits (evidence.Networks.Alone[target])
                digits (ofNear evidence.Networks.Few)
            ]

        {
            Title = "Nearest tasks"
            Headings = [
                TextCell "task"
                NumberCell "tweets"
                NumberCell "disasters"
                TextCell "nearest by label functions"
                NumberCell "alignment"
                NumberCell "AUC from it"
                TextCell "best source, measured"
                NumberCell "AUC from it"
                NumberCell "AUC, own tweets"
                NumberCell "AUC, few tweets alone"
                NumberCell "AUC, nearest and then few"
            ]
            Rows = [ for target in 0 .. evidence.Facts.Length - 1 -> row target ]
            Notes = [
                "The best source is picked by the same numbers that it is shown with, so that its area is too good by that choice; the nearest is not."
                for task in evidence.Facts do
                    if task.KeywordsOfTask.Length > 1 then
                        let keywords = String.concat ", " task.KeywordsOfTask
                        $"%s{task.Task}: %s{keywords}."
            ]
        }
