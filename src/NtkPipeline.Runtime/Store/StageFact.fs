namespace NtkPipeline.Runtime

open System.Text.Json.Nodes
open NtkPipeline.Core

/// A runner that notes which question its stages belong to.
type IQuestioned =
    /// "" for what all questions share.
    abstract Question: string with get, set

/// One stage of a run as its runner saw it: its name, the digest of its recipe, whether it was read back, and for how long
/// it ran.
type StageFact = {
    Name: string
    /// The question whose stage it is; "" for what all questions share.
    Question: string
    Key: string
    Cached: bool
    Seconds: float
} with

    /// One entry of summary.json's `stages`.
    member this.Json: JsonNode =
        let node = JsonObject()
        node.Add("name", JsonValue.Create this.Name)
        node.Add("question", JsonValue.Create this.Question)
        node.Add("key", JsonValue.Create this.Key)
        node.Add("cached", JsonValue.Create this.Cached)
        node.Add("seconds", JsonValue.Create this.Seconds)
        node
