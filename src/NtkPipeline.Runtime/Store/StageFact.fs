namespace NtkPipeline.Runtime

open System.Text.Json.Nodes
open NtkPipeline.Core

/// A runner that notes which question its stages belong to.
type IQuestioned =
    /// "" for what all questions share.
    abstract Question: string with get, set

/// What it took to make a result for a run.
type StageCost = {
    Reasons: Reason list
    /// "this process", "process 12 on server7", "worker NAME".
    By: string
    Seconds: float
    /// Of the process that made it, where it told.
    Peak: PeakMemory option
    /// Of the result, in bytes.
    Written: int64
}

/// One stage of a run as its runner saw it: what it is, whether it was there, and if not, why it was made, by whom, and at what cost.
type StageFact = {
    Name: string
    /// The question whose stage it is; "" for what all questions share.
    Question: string
    /// The digest of its recipe.
    Key: string
    /// The digest of its result's bytes.
    Result: string
    /// It was in the store before the run came to it, and nobody made it for this run.
    Cached: bool
    Cost: StageCost
} with

    /// s that its body ran for this run.
    member this.Seconds: float = this.Cost.Seconds

    /// One entry of summary.json's `stages`, and one line of run.log. Nothing in it is of a tweet.
    member this.Json: JsonNode =
        let node = JsonObject()
        let add (name: string) (value: JsonNode | null) = node.Add(name, value)
        let text (value: string) : JsonNode = nonNull (JsonValue.Create value)
        add "name" (text this.Name)
        add "question" (text this.Question)
        add "key" (text this.Key)
        add "cached" (JsonValue.Create this.Cached)

        add "why" (JsonArray [| for reason in this.Cost.Reasons -> text reason.Kind |])

        add "because" (this.Cost.Reasons |> List.map _.Sentence |> String.concat "; " |> text)

        add "madeBy" (text this.Cost.By)
        add "seconds" (JsonValue.Create this.Seconds)

        add
            "peakMemory"
            (this.Cost.Peak
             |> Option.map (fun peak -> JsonValue.Create peak.Bytes :> JsonNode)
             |> Option.toObj)

        add
            "peakMemoryOf"
            (this.Cost.Peak
             |> Option.map (fun peak -> text (if peak.IsOfStage then "stage" else "process"))
             |> Option.toObj)

        add "bytes" (JsonValue.Create this.Cost.Written)
        add "result" (text this.Result)
        node

[<RequireQualifiedAccess>]
module StageFact =

    /// Of a stage with this record.
    let create (question: string) (run: RunRecord) (cached: bool) (cost: StageCost) : StageFact = {
        Name = run.Recipe.Stage
        Question = question
        Key = (Recipe.key run.Recipe).Hex
        Result = run.Output
        Cached = cached
        Cost = cost
    }

[<RequireQualifiedAccess>]
module StageCost =

    /// Of what was in the store: nothing was done.
    let none: StageCost = { Reasons = []; By = "store"; Seconds = 0.0; Peak = None; Written = 0L }

    /// Of what this process has made.
    let here (reasons: Reason list) (peak: PeakMemory option) (run: RunRecord) : StageCost = {
        Reasons = reasons
        By = "this process"
        Seconds = run.Seconds
        Peak = peak
        Written = run.Bytes
    }
